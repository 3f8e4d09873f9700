package io.vmfactory.configs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigProblemsTest {
  private static final Surroundings ROOT = new Surroundings(Map.of(), true);

  @Test
  void everyProblemIsToldWithItsLineInTheOrderOfTheFile() {
    assertThat(
            problems(
                """
                [daemon]
                wokers = 8
                workers = "eight"
                max_vms = 0
                run_dir = "relative/dir"
                [factory]
                enable_template = 1
                template_cache = "1 bag"
                routes = ["TEMPLATE", "WARM"]
                [lease]
                default_ttl = "2h"
                max_ttl = "1h"
                """))
        .containsExactly(
            "f.toml:2: unknown key daemon.wokers; did you mean daemon.workers?",
            "f.toml:3: daemon.workers is eight, must be a whole number",
            "f.toml:4: daemon.max_vms is 0, must be 1..65536",
            "f.toml:5: daemon.run_dir is \"relative/dir\", must be an absolute path",
            "f.toml:7: factory.enable_template is 1, must be true or false",
            "f.toml:8: factory.template_cache is \"1 bag\", must be a whole number with KiB, MiB or"
                + " GiB, such as \"1GiB\"",
            "f.toml:9: factory.routes has WARM, must be a list of some of [TEMPLATE, COLD], each"
                + " once",
            "f.toml:12: lease.max_ttl (1h) is below lease.default_ttl (2h)");
  }

  @Test
  void aKeyInTheWrongTableIsPointedToTheRightOne() {
    assertThat(problems("[factory]\nkernel = \"/vmlinuz\""))
        .containsExactly(
            "f.toml:2: unknown key factory.kernel; did you mean hypervisor.qemu.kernel?");
  }

  @Test
  void ofAnUnknownTableOnlyTheTableIsTold() {
    assertThat(problems("[hypervisor.quemu]\npath = \"/q\"\n[zebra]\na = 1\nb = 2"))
        .containsExactly(
            "f.toml:1: unknown key hypervisor.quemu; did you mean hypervisor.qemu?",
            "f.toml:3: unknown key zebra");
  }

  @Test
  void aTableMustBeATable() {
    assertThat(problems("daemon = 3\n[[lease]]\nmax_ttl = \"1h\""))
        .containsExactly(
            "f.toml:1: daemon must be a table, written as [daemon]",
            "f.toml:2: lease must be a table, written as [lease]");
  }

  @Test
  void syntaxErrorsHaveTheirLine() {
    assertThat(problems("[daemon]\nworkers = \nmax_vms 3"))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).matches("f\\.toml:[23]: .+"));
  }

  @Test
  void aRunDirectoryTooLongForSocketsIsRefusedAndTheLongestFitsExactly() {
    String longest = "/" + "r".repeat(59);
    assertThat(
            new ConfigLoader(ROOT).parse("[daemon]\nrun_dir = \"" + longest + "\"", "f").daemon())
        .extracting(DaemonConfig::runDir)
        .hasToString(longest);
    assertThat(problems("[daemon]\nrun_dir = \"" + longest + "r\""))
        .singleElement()
        .asString()
        .startsWith("f.toml:2: daemon.run_dir is too long")
        .endsWith("has 108 bytes, a socket's path may have 107");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default_maxvcpus = 1 @ default_vcpus = 2 | default_maxvcpus (1) is below",
        "default_memory = 4096 | default_maxmemory (2048) is below",
        "default_memory = 63 | must be 64..1048576",
        "memory_slots = 33 | must be 0..32",
        "accelerator = 'hvf' | must be \"auto\", \"kvm\" or \"tcg\"",
        "machine_type = 'q35 -device x' | must be a QEMU machine type",
        "cpu_model = 7 | is 7, must be a text in quotes",
      })
  void qemusKeysAreChecked(String lines, String message) {
    assertThat(problems("[hypervisor.qemu]\n" + lines.replace('@', '\n')))
        .singleElement()
        .asString()
        .matches("(?s)f\\.toml:[23]: hypervisor\\.qemu\\..*")
        .contains(message);
  }

  @Test
  void templatesOffAndNoOtherRouteContradictEachOther() {
    assertThat(problems("[factory]\nenable_template = false\nroutes = [\"TEMPLATE\"]"))
        .containsExactly(
            "f.toml:3: factory.routes has only TEMPLATE, but factory.enable_template is false: add"
                + " COLD");
  }

  private static String[] problems(String toml) {
    ConfigLoader loader = new ConfigLoader(ROOT);
    return catchThrowableOfType(ConfigException.class, () -> loader.parse(toml, "f.toml"))
        .getMessage()
        .split("\n");
  }
}
