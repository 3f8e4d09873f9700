package io.vmfactory.bench.spec;

import static org.assertj.core.api.Assertions.assertThat;

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

  private static String row(Promise promise) {
    return "| %s | %s | `./dev bench run %s` |"
        .formatted(promise.text(), promise.allowed(), promise.provenBy());
  }
}
