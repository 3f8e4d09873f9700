package io.vmfactory.bench.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Cases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpecificationTest {
  private static final Path FILE = Path.of(System.getProperty("vmfactory.top"), "SPECIFICATION.md");

  @Test
  void itsTableIsThePromises() throws IOException {
    List<String> table =
        Files.readAllLines(FILE).stream().filter(line -> line.startsWith("| ")).skip(1).toList();

    assertThat(table).isEqualTo(Promises.all().stream().map(SpecificationTest::row).toList());
  }

  @Test
  void everyPromiseIsProvedByACase() {
    assertThat(Cases.all())
        .extracting(BenchCase::name)
        .containsAll(Promises.all().stream().map(Promise::provenBy).toList());
  }

  private static String row(Promise promise) {
    return "| %s | %s | `./dev bench run %s` |"
        .formatted(promise.text(), promise.allowed(), promise.provenBy());
  }
}
