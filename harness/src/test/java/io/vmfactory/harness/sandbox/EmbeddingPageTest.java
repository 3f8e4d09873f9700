package io.vmfactory.harness.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.harness.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Java code on the page docs/embedding.md is code that the tests compile and run. */
final class EmbeddingPageTest {
  private static final Pattern CODE = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
  private static final String EXAMPLES = "harness/src/test/java/io/vmfactory/harness/sandbox/";

  @Test
  void thePageShowsTheExampleThatTheTestsRun() throws IOException {
    String page = Files.readString(Programs.TOP.resolve("docs/embedding.md"));
    List<String> shown = new ArrayList<>();
    for (Matcher code = CODE.matcher(page); code.find(); ) {
      shown.add(code.group(1));
    }
    assertThat(shown).containsExactly(example("Embedding.java"), example("EmbeddingTemplate.java"));
  }

  private static String example(String file) throws IOException {
    String example = Files.readString(Programs.TOP.resolve(EXAMPLES + file));
    return example.substring(example.indexOf("import "));
  }
}
