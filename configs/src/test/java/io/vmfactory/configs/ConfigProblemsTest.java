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
  void everyProblemIsReportedWithItsLineInTheOrderOfTheFile() {
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
                routes = ["TEMPLATE", "HOT"]
                [lease]
                default_ttl = "2h"
                max_ttl = "1h"
                suspended_ttl = "31d"
                """))
        .containsExactly(
            "f.toml:2: unknown key daemon.wokers; did you mean daemon.workers?",
            "f.toml:3: daemon.workers is eight, must be a whole number",
            "f.toml:4: daemon.max_vms is 0, must be 1..65536",
            "f.toml:5: daemon.run_dir is \"relative/dir\", must be an absolute path",
            "f.toml:7: factory.enable_template is 1, must be true or false",
            "f.toml:8: factory.template_cache is \"1 bag\", must be a whole number with KiB, MiB or"
                + " GiB, such as \"1GiB\"",
            "f.toml:9: factory.routes has HOT, must be a list of one or more of [WARM, SHELL,"
                + " TEMPLATE, COLD], each once",
            "f.toml:12: lease.max_ttl (1h) is below lease.default_ttl (2h)",
            "f.toml:13: lease.max_suspended_ttl (30d) is below lease.suspended_ttl (31d)");
  }

  @Test
  void whatNoPoolOfANameCanBeIsReported() {
    assertThat(
            problems(
                """
                [pool]
                vm_cache_number = 1
                [[pool.template]]
                name = "Py thon"
                warm = 5000
                [[pool.template]]
                shells = 1
                shels = 2
                [[pool.template]]
                name = "node"
                [[pool.template]]
                name = "node"
                """))
        .containsExactly(
            "f.toml: pool.template.name is missing: say which template",
            "f.toml:4: pool.template.name is \"Py thon\", must be 1..63 of a-z, 0-9, '.', '_' and"
                + " '-', the first a letter or digit",
            "f.toml:5: pool.template.warm is 5000, must be 0..4096 or \"auto\"",
            "f.toml:8: unknown key pool.template.shels; did you mean pool.template.shells?",
            "f.toml:12: pool.template.name is \"node\" twice");
    assertThat(problems("[pool]\ntemplate = [1, 2]"))
        .containsExactly(
            "f.toml:2: pool.template must be a list of tables, each written as [[pool.template]]");
    assertThat(problems("[pool.template]\nname = \"node\""))
        .containsExactly(
            "f.toml:1: pool.template must be a list of tables, each written as [[pool.template]]");
  }

  @Test
  void whatUsersCannotBeGivenIsReported() {
    assertThat(
            problems(
                """
                [daemon]
                admin_group = "Ops Team"
                max_vms_per_user = -1
                max_memory_per_user = "1GiB"
                max_requests_per_user = 0
                """))
        .containsExactly(
            "f.toml:2: daemon.admin_group is \"Ops Team\", must be a group's name, or empty",
            "f.toml:3: daemon.max_vms_per_user is -1, must be 0..65536",
            "f.toml:4: daemon.max_memory_per_user is 1GiB, must be a whole number",
            "f.toml:5: daemon.max_requests_per_user is 0, must be 1..4096");
  }

  @Test
  void whatARuntimeInstanceCannotDoIsReported() {
    String longDir = "/" + "d".repeat(74);
    assertThat(
            problems(
                """
                [runtime]
                on_factory_down = "wait"
                sandbox_dir = "%s"
                image_cache = "1KiB"
                rootfs_size = "15MiB"
                """
                    .formatted(longDir)))
        .containsExactly(
            "f.toml:2: runtime.on_factory_down is \"wait\", must be \"direct\" or \"fail\"",
            "f.toml:3: runtime.sandbox_dir is too long: %s has 75 bytes, must be at most 74"
                .formatted(longDir),
            "f.toml:4: runtime.image_cache is \"1KiB\", must be 1MiB..1024GiB",
            "f.toml:5: runtime.rootfs_size is \"15MiB\", must be 16MiB..1024GiB");
  }

  @Test
  void aKeyInTheWrongTableIsPointedToTheRightOne() {
    assertThat(problems("[factory]\nkernel = \"/vmlinuz\""))
        .containsExactly(
            "f.toml:2: unknown key factory.kernel; did you mean hypervisor.qemu.kernel?");
  }

  @Test
  void aKeyThatIsLikeNoOtherGetsNoSuggestion() {
    assertThat(problems("[hypervisor.qemu]\nentropy_source = \"/dev/urandom\""))
        .containsExactly("f.toml:2: unknown key hypervisor.qemu.entropy_source");
  }

  @Test
  void ofAnUnknownTableOnlyTheTableIsReported() {
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
    String longest = "/" + "r".repeat(57);
    assertThat(
            new ConfigLoader(ROOT).parse("[daemon]\nrun_dir = \"" + longest + "\"", "f").daemon())
        .extracting(DaemonConfig::runDir)
        .hasToString(longest);
    assertThat(problems("[daemon]\nrun_dir = \"" + longest + "r\""))
        .singleElement()
        .asString()
        .startsWith("f.toml:2: daemon.run_dir is too long")
        .endsWith("has 108 bytes, but the path of a socket may have 107");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default_maxvcpus = 1 @ default_vcpus = 2 | default_maxvcpus (1) is below",
        "default_memory = 4096 | default_maxmemory (2048) is below",
        "default_memory = 79 | must be 80..1048576",
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
    assertThat(problems("[factory]\nenable_template = false\nroutes = [\"WARM\", \"TEMPLATE\"]"))
        .containsExactly(
            "f.toml:3: factory.routes names only routes that need a template, but"
                + " factory.enable_template is false: add COLD");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vm_cache_number = 4097 | is 4097, must be 0..4096 or \"auto\"",
        "vm_cache_number = -1 | is -1, must be 0..4096 or \"auto\"",
        "vm_cache_number = 'many' | is \"many\", must be 0..4096 or \"auto\"",
        "shell_number = 1.5 | is 1.5, must be 0..4096 or \"auto\"",
        "shell_number = [1] | is a list, must be 0..4096 or \"auto\"",
        "min_warm = 33 | pool.max_warm (32) is below pool.min_warm (33)",
        "max_warm = 4097 | is 4097, must be 0..4096",
        "hit_target = 1 | is 1, must be 0.5..0.9999",
        "hit_target = nan | is NaN, must be 0.5..0.9999",
        "hit_target = '99%' | is 99%, must be a number",
        "demand_half_life = '0s' | is \"0s\", must be 1s..30d",
        "memory_budget = '1KiB' | is \"1KiB\", must be 1MiB..1024GiB",
        "warm_ttl = '999ms' | is \"999ms\", must be 0s (never) or 1s..365d",
        "health_interval = '2d' | is \"2d\", must be 0s (never) or 1s..1d",
        "probe_interval = '366d' | is \"366d\", must be 0s (never) or 1s..365d",
        "probe_interval = 'never' | must be a whole number with ms, s, m, h or d",
        "roll_over = 'recreate' | must be \"OnReplenish\" or \"Recreate\"",
        "restores_at_once = 257 | must be 0..256",
        "max_waiting = -1 | must be 0..65536",
      })
  void thePoolsKeysAreChecked(String line, String message) {
    assertThat(problems("[pool]\n" + line))
        .singleElement()
        .asString()
        .startsWith("f.toml:2: pool.")
        .contains(message);
  }

  @Test
  void aPortHasSixteenBits() {
    assertThat(problems("[metrics]\nport = 65536"))
        .containsExactly("f.toml:2: metrics.port is 65536, must be 0..65535");
  }

  @Test
  void katasKeyInKatasTableIsPointedToThePool() {
    assertThat(problems("[factory]\nvm_cache_number = 3"))
        .containsExactly(
            "f.toml:2: unknown key factory.vm_cache_number; did you mean pool.vm_cache_number?");
  }

  @ParameterizedTest
  @CsvSource({
    "999999999999d, default_ttl",
    "106751991168d, default_ttl",
    "999999999999h, max_ttl",
  })
  void aDurationBeyondAllRangesIsAProblemLikeAnother(String span, String key) {
    assertThat(problems("[lease]\n" + key + " = \"" + span + "\"")[0])
        .startsWith("f.toml:2: lease." + key + " is \"" + span + "\", must be ");
  }

  @Test
  void aConfigurationOfKataIsAnsweredInOneLine() {
    assertThat(
            problems(
                """
                [hypervisor.qemu]
                path = "/usr/bin/qemu-system-x86_64"
                kernel = "/usr/share/kata-containers/vmlinux.container"
                image = "/usr/share/kata-containers/kata-containers.img"
                machine_type = "q35"
                default_maxvcpus = 0
                shared_fs = "virtio-fs"
                [agent.kata]
                kernel_modules = []
                [runtime]
                internetworking_model = "tcfilter"
                """))
        .containsExactly(
            "f.toml: this is a configuration of Kata Containers; these of its keys mean the same"
                + " here: hypervisor.qemu.default_maxvcpus, hypervisor.qemu.kernel,"
                + " hypervisor.qemu.machine_type, hypervisor.qemu.path; docs/kata.md says what"
                + " becomes of the others");
    assertThat(problems("[agent.kata]\nenable_tracing = true"))
        .containsExactly(
            "f.toml: this is a configuration of Kata Containers; none of its keys means the same"
                + " here; docs/kata.md says what becomes of the others");
  }

  @Test
  void katasZeroIsExplained() {
    assertThat(problems("[hypervisor.qemu]\ndefault_maxvcpus = 0"))
        .contains(
            "f.toml:2: hypervisor.qemu.default_maxvcpus: 0 does not mean \"all that the host has\""
                + " here; write a number");
  }

  private static String[] problems(String toml) {
    ConfigLoader loader = new ConfigLoader(ROOT);
    return catchThrowableOfType(ConfigException.class, () -> loader.parse(toml, "f.toml"))
        .getMessage()
        .split("\n");
  }
}
