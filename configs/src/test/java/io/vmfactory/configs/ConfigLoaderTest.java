package io.vmfactory.configs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  private static final Surroundings ROOT = new Surroundings(Map.of(), true);

  @TempDir Path dir;

  @Test
  void defaultsForRootLieInTheSystemsDirectories() {
    VmFactoryConfig config = load(Map.of("XDG_STATE_HOME", "/x", "XDG_RUNTIME_DIR", "/y"), true);

    assertThat(config.daemon().stateDir()).hasToString("/var/lib/vmfactory");
    assertThat(config.daemon().socket()).hasToString("/run/vmfactory/factory.sock");
    assertThat(config.factory().templatePath()).hasToString("/var/lib/vmfactory/templates");
    assertThat(config.qemu().kernel()).hasToString("/usr/share/vmfactory/guest/vmlinuz");
    assertThat(config.qemu().path()).isNull();
  }

  @Test
  void defaultsForOthersFollowXdg() {
    VmFactoryConfig config = load(Map.of("XDG_STATE_HOME", "/s", "XDG_RUNTIME_DIR", "/r"), false);

    assertThat(config.daemon().stateDir()).hasToString("/s/vmfactory");
    assertThat(config.daemon().runDir()).hasToString("/r/vmfactory");
  }

  @Test
  void withoutXdgVariablesOthersGetTheirHome() {
    VmFactoryConfig config = load(Map.of("HOME", "/home/u", "XDG_RUNTIME_DIR", ""), false);

    assertThat(config.daemon().stateDir()).hasToString("/home/u/.local/state/vmfactory");
    assertThat(config.daemon().runDir()).hasToString("/home/u/.local/state/vmfactory/run");
  }

  @Test
  void theGuestImageOfTheInstallationIsUsed() {
    VmFactoryConfig config = load(Map.of("VMFACTORY_HOME", "/opt/v"), true);

    assertThat(config.qemu().kernel()).hasToString("/opt/v/guest/vmlinuz");
    assertThat(config.qemu().initrd()).hasToString("/opt/v/guest/initrd");
  }

  @Test
  void theNamedFileGoesBeforeTheVariableAndThatBeforeTheUsualPlaces() throws IOException {
    Path named = write("named.toml", "[daemon]\nworkers = 1");
    Path variable = write("variable.toml", "[daemon]\nworkers = 2");
    Files.createDirectories(dir.resolve("xdg/vmfactory"));
    Path usual = write("xdg/vmfactory/vmfactory.toml", "[daemon]\nworkers = 3");
    Map<String, String> xdg = Map.of("XDG_CONFIG_HOME", dir + "/xdg", "HOME", "/h");
    Map<String, String> both =
        Map.of("XDG_CONFIG_HOME", dir + "/xdg", "VMFACTORY_CONFIG", variable.toString());

    assertLoaded(new ConfigLoader(new Surroundings(both, false)).load(named), named, 1);
    assertLoaded(new ConfigLoader(new Surroundings(both, false)).load(null), variable, 2);
    assertLoaded(new ConfigLoader(new Surroundings(xdg, false)).load(null), usual, 3);
  }

  private static void assertLoaded(LoadedConfig loaded, Path file, int workers) {
    assertThat(loaded.file()).isEqualTo(file);
    assertThat(loaded.config().daemon().workers()).isEqualTo(workers);
  }

  @Test
  void aNamedFileMustBeThere() {
    assertThatThrownBy(() -> new ConfigLoader(ROOT).load(dir.resolve("none.toml")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "cannot read the configuration %s: no such file or directory"
                .formatted(dir.resolve("none.toml")));
  }

  @Test
  void readsEveryKindOfValue() {
    VmFactoryConfig config =
        new ConfigLoader(ROOT)
            .parse(
                """
                daemon = { state_dir = "/s/../t", socket_group = "kvm", default_deadline = "90s" }
                [hypervisor.qemu]
                path = "/opt/qemu"
                kernel_params = "quiet  debug"
                default_vcpus = 2
                [factory]
                enable_template = false
                template_cache = "64MiB"
                routes = ["COLD"]
                answer_limit = "700ms"
                """,
                "test");

    assertThat(config.daemon().stateDir()).hasToString("/t");
    assertThat(config.daemon().socketGroup()).isEqualTo("kvm");
    assertThat(config.daemon().defaultDeadline()).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.qemu().path()).hasToString("/opt/qemu");
    assertThat(config.qemu().kernelParams()).containsExactly("quiet", "debug");
    assertThat(config.qemu().defaultSize()).isEqualTo(new QemuConfig.Size(2, 256));
    assertThat(config.factory())
        .isEqualTo(
            new FactoryConfig(
                false,
                Path.of("/t/templates"),
                64L << 20,
                java.util.List.of("COLD"),
                Duration.ofMillis(700)));
  }

  @Test
  void whatUsersMayDoIsRead() {
    DaemonConfig daemon =
        new ConfigLoader(ROOT)
            .parse(
                """
                [daemon]
                socket_group = "vms"
                admin_group = "ops"
                max_vms_per_user = 3
                max_memory_per_user = 4096
                max_requests_per_user = 5
                max_requests_per_second_per_user = 6
                max_template_disk_per_user = 7
                """,
                "test")
            .daemon();
    assertThat(daemon.users()).isEqualTo(new UsersConfig("ops", 3, 4096, 5, 6, 7));
    assertThat(daemon.groups()).containsExactly("vms", "ops");
    DaemonConfig defaults = new ConfigLoader(ROOT).parse("", "test").daemon();
    assertThat(defaults.users()).isEqualTo(UsersConfig.defaults());
    assertThat(defaults.groups()).isEmpty();
    assertThat(
            new ConfigLoader(ROOT)
                .parse("daemon = { socket_group = \"one\", admin_group = \"one\" }", "test")
                .daemon()
                .groups())
        .containsExactly("one");
  }

  @Test
  void aUserWithoutRightsToTheDaemonsFoldersHasItsOwn() throws IOException {
    // A file is no folder, so no user can make anything below it, not even root.
    Path theirs = write("theirs", "");
    Path ours = Files.createDirectory(dir.resolve("ours"));
    Surroundings user =
        new Surroundings(Map.of("XDG_STATE_HOME", "/x/state", "XDG_RUNTIME_DIR", "/x/run"), false);
    String folders = "[daemon]\nstate_dir = \"%1$s/s\"\nrun_dir = \"%1$s/r\"";
    RuntimeConfig away = new ConfigLoader(user).parse(folders.formatted(theirs), "t").runtime();
    assertThat(away.imageDir()).isEqualTo(Path.of("/x/state/vmfactory/images"));
    assertThat(away.sandboxDir()).isEqualTo(Path.of("/x/run/vmfactory/sandboxes"));
    assertThat(away.factorySocket()).isEqualTo(theirs.resolve("r/factory.sock"));
    RuntimeConfig here = new ConfigLoader(user).parse(folders.formatted(ours), "t").runtime();
    assertThat(here.imageDir()).isEqualTo(ours.resolve("s/images"));
    assertThat(here.sandboxDir()).isEqualTo(ours.resolve("r/sandboxes"));
  }

  @Test
  void numbersOfThePoolAreFixedOrFollowDemand() {
    assertThat(pool("")).extracting(PoolConfig::warm).isEqualTo(new PoolConfig.Auto(1, 32));
    assertThat(pool("")).extracting(PoolConfig::shells).isEqualTo(new PoolConfig.Auto(1, 32));

    PoolConfig bounded = pool("min_warm = 3\nmax_warm = 5\nshell_number = 0");
    assertThat(bounded.warm()).isEqualTo(new PoolConfig.Auto(3, 5));
    assertThat(bounded.shells()).isEqualTo(new PoolConfig.Fixed(0));

    PoolConfig fixed = pool("vm_cache_number = 4096\nmin_warm = 0\nmax_warm = 0");
    assertThat(fixed.warm()).isEqualTo(new PoolConfig.Fixed(4096));
    assertThat(fixed.shells()).isEqualTo(new PoolConfig.Auto(0, 0));
  }

  @Test
  void thePoolsOtherKeysAreRead() {
    PoolConfig pool =
        pool(
            """
            hit_target = 0.5
            demand_half_life = "1m"
            memory_budget = "64MiB"
            warm_ttl = "0s"
            health_interval = "1s"
            probe_interval = "2h"
            roll_over = "OnReplenish"
            restores_at_once = 3
            max_waiting = 0
            """);

    assertThat(pool)
        .isEqualTo(
            new PoolConfig(
                new PoolConfig.Auto(1, 32),
                new PoolConfig.Auto(1, 32),
                new PoolConfig.Auto(1, 32),
                new PoolConfig.Demand(0.5, Duration.ofMinutes(1)),
                64L << 20,
                new PoolConfig.Upkeep(Duration.ZERO, Duration.ofSeconds(1), Duration.ofHours(2)),
                PoolConfig.RollOver.ON_REPLENISH,
                3,
                0,
                Map.of()));
  }

  @Test
  void namedTemplatesHavePoolsOfTheirOwn() {
    PoolConfig pool =
        pool(
            """
            max_warm = 5
            [[pool.template]]
            name = "python"
            warm = 3
            shells = 0
            [[pool.template]]
            name = "node"
            """);
    assertThat(pool.named())
        .isEqualTo(
            Map.of(
                "python",
                new PoolConfig.NamedPool(new PoolConfig.Fixed(3), new PoolConfig.Fixed(0)),
                "node",
                new PoolConfig.NamedPool(new PoolConfig.Auto(1, 5), new PoolConfig.Auto(1, 5))));
  }

  @Test
  void runtimeInstancesFindTheDaemonBesideThem() {
    RuntimeConfig runtime =
        new ConfigLoader(ROOT)
            .parse("daemon = { state_dir = \"/s\", run_dir = \"/r\" }", "test")
            .runtime();

    assertThat(runtime)
        .isEqualTo(
            new RuntimeConfig(
                true,
                RuntimeConfig.OnFactoryDown.FAIL,
                Path.of("/r/factory.sock"),
                Path.of("/r/sandboxes"),
                Path.of("/s/images"),
                8L << 30,
                4L << 30));
  }

  @Test
  void whatRuntimeInstancesDoIsRead() {
    RuntimeConfig runtime =
        new ConfigLoader(ROOT)
            .parse(
                """
                [runtime]
                enable_template = false
                on_factory_down = "direct"
                factory_socket = "/f/f.sock"
                sandbox_dir = "/b"
                image_dir = "/i"
                image_cache = "1MiB"
                rootfs_size = "16MiB"
                """,
                "test")
            .runtime();

    assertThat(runtime)
        .isEqualTo(
            new RuntimeConfig(
                false,
                RuntimeConfig.OnFactoryDown.DIRECT,
                Path.of("/f/f.sock"),
                Path.of("/b"),
                Path.of("/i"),
                1L << 20,
                16L << 20));
  }

  private static PoolConfig pool(String keys) {
    return new ConfigLoader(ROOT).parse("[pool]\n" + keys, "test").pool();
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(dir.resolve(name), content);
  }

  private VmFactoryConfig load(Map<String, String> variables, boolean root) {
    Map<String, String> all = new java.util.HashMap<>(variables);
    all.put("VMFACTORY_CONFIG", dir.resolve("empty.toml").toString());
    try {
      write("empty.toml", "");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return new ConfigLoader(new Surroundings(all, root)).load(null).config();
  }
}
