package io.vmfactory.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportFileTest {
  private static final Path SCHEMA =
      Path.of(System.getProperty("vmfactory.top"), "docs", "bench-report.schema.json");

  @TempDir private Path folder;

  @Test
  void whatWasWrittenIsRead() throws IOException {
    Report report = SampleReport.of(1);

    Path file = written(report);

    assertThat(ReportFile.read(file)).isEqualTo(report);
    assertThat(folder).isDirectoryContaining(file::equals);
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void theFileIsAsItsSchemaSays() throws IOException {
    String json = Files.readString(written(SampleReport.of(1)));

    assertThat(schema().validate(json, InputFormat.JSON)).isEmpty();
  }

  @Test
  void theSchemaRefusesWhatIsNoReport() throws IOException {
    String json = Files.readString(written(SampleReport.of(1)));

    assertThat(schema().validate(json.replace("\"READY\"", "\"SOON\""), InputFormat.JSON))
        .isNotEmpty();
    assertThat(schema().validate(json.replace("\"notes\"", "\"remarks\""), InputFormat.JSON))
        .isNotEmpty();
  }

  private static Schema schema() throws IOException {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(Files.readString(SCHEMA));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vmfactory-bench/1 | vmfactory-bench/2 | is of format vmfactory-bench/2, this bench reads vmfactory-bench/1",
        "\"schema\"        | \"scheme\"        | is not a report of the bench",
        "\"cpus\"          | \"cores\"         | host/cpus",
        "\"AMD EPYC\"      | null              | host/cpu",
        "\"READY\"         | \"SOON\"          | cases/[0]/series/[",
        "{                 | [                 | is not JSON",
      })
  void whatIsNoReportIsRefusedWithTheReason(String what, String instead, String reason)
      throws IOException {
    Path file = written(SampleReport.of(1));
    Files.writeString(file, Files.readString(file).replace(what, instead));

    assertThatIOException()
        .isThrownBy(() -> ReportFile.read(file))
        .withMessageContaining(file.toString())
        .withMessageContaining(reason);
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatIOException()
        .isThrownBy(() -> ReportFile.read(folder.resolve("none.json")))
        .withMessage("no such file: " + folder.resolve("none.json"));
    assertThatIOException()
        .isThrownBy(() -> ReportFile.read(folder))
        .withMessageContaining("cannot read " + folder);
  }

  private Path written(Report report) throws IOException {
    Path file = folder.resolve("report.json");
    ReportFile.write(report, file);
    return file;
  }
}
