package io.vmfactory.guest.differential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vmfactory.guest.oci.OciSpec;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Random trials cover the specification, and are specifications that our side accepts. */
class RandomTrialTest {
  private static final int MANY = 500;

  private static Stream<String> rows(String resource) {
    return new String(Trial.resource(resource), UTF_8)
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"));
  }

  private static Set<String> tried() throws IOException {
    Set<String> paths = new TreeSet<>();
    for (int seed = 0; seed < MANY; seed++) {
      collect(new RandomTrial(seed).next().config(), "", paths);
    }
    return paths;
  }

  private static void collect(JsonNode node, String path, Set<String> paths) {
    if (node.isObject()) {
      boolean map = path.matches("annotations|linux\\.sysctl");
      String dot = path.isEmpty() ? "" : ".";
      node.properties()
          .forEach(e -> collect(e.getValue(), path + dot + (map ? "*" : e.getKey()), paths));
    } else if (node.isArray()) {
      node.forEach(item -> collect(item, path + "[]", paths));
    } else {
      paths.add(path);
    }
  }

  @Test
  void everyValueOfTheSpecificationIsTriedOrHasAReason() throws IOException {
    Map<String, String> reasons = new LinkedHashMap<>();
    rows("differential/not-tried.txt")
        .map(line -> line.split("\\s+\\|\\s+", 2))
        .forEach(cells -> reasons.put(cells[0], cells[1]));
    List<String> leaves =
        rows("oci-config-leaves.txt").map(line -> line.split(" ", -1)[0]).toList();
    Set<String> missing = new TreeSet<>(leaves);
    missing.removeAll(tried());

    assertThat(missing).allSatisfy(leaf -> assertThat(reasons.keySet()).anyMatch(leaf::startsWith));
    assertThat(reasons.keySet())
        .allSatisfy(prefix -> assertThat(missing).anyMatch(leaf -> leaf.startsWith(prefix)));
  }

  @Test
  void theSameSeedMakesTheSameTrial() throws IOException {
    for (int seed = 0; seed < MANY; seed++) {
      assertThat(new RandomTrial(seed).next()).isEqualTo(new RandomTrial(seed).next());
    }
  }

  @Test
  void ourSideAcceptsEachSoThatSomethingIsCompared() throws IOException {
    for (int seed = 0; seed < MANY; seed++) {
      OciSpec spec = OciSpec.parse(new RandomTrial(seed).next().configJson("rootfs"));
      spec.checkNoHostPaths();
    }
  }
}
