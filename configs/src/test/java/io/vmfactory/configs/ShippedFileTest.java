package io.vmfactory.configs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ShippedFileTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("vmfactory.top")).resolve("configs/vmfactory.toml");
  private static final Surroundings ROOT = new Surroundings(Map.of(), true);
  private static final Pattern COMMENTED_KEY = Pattern.compile("(?m)^# (?=[a-z_]+ = )");

  private final ConfigLoader loader = new ConfigLoader(ROOT);

  @Test
  void isEqualToTheBuiltInDefaults() {
    assertThat(loader.load(SHIPPED).config()).isEqualTo(defaults());
  }

  @Test
  void whatItHasCommentedOutAreRootsDefaults() throws IOException {
    assertThat(loader.parse(everyKeySet(), "shipped")).isEqualTo(defaults());
  }

  @Test
  void mentionsEveryKeyAndNoOther() throws IOException {
    assertThat(keysOf(everyKeySet())).containsExactlyInAnyOrderElementsOf(knownKeys());
  }

  @Test
  void whatIsWrittenReadsBackEqual() {
    VmFactoryConfig odd =
        loader.parse(
            """
            [daemon]
            state_dir = "/a \\"quoted\\" dir"
            default_deadline = "1500ms"
            [hypervisor.qemu]
            path = "/opt/qemu"
            kernel_params = "a=b c"
            [factory]
            template_cache = "65537KiB"
            routes = ["COLD"]
            [pool]
            vm_cache_number = 7
            max_warm = 9
            hit_target = 0.9999
            warm_ttl = "0s"
            roll_over = "OnReplenish"
            [[pool.template]]
            name = "python"
            warm = 2
            [[pool.template]]
            name = "node"
            shells = 1
            [metrics]
            port = 9100
            [runtime]
            enable_template = false
            on_factory_down = "direct"
            sandbox_dir = "/s"
            image_cache = "3MiB"
            rootfs_size = "17MiB"
            """,
            "odd");
    VmFactoryConfig fixed =
        loader.parse("[pool]\nvm_cache_number = 7\nshell_number = 0\nmax_warm = 9", "fixed");
    for (VmFactoryConfig config : List.of(defaults(), odd, fixed)) {
      assertThat(loader.parse(ConfigWriter.toToml(config), "written")).isEqualTo(config);
    }
  }

  @Test
  void everyKeyIsWritten() {
    assertThat(keysOf(ConfigWriter.toToml(defaults())))
        .containsExactlyInAnyOrderElementsOf(knownKeys());
  }

  private VmFactoryConfig defaults() {
    return loader.parse("", "defaults");
  }

  private static String everyKeySet() throws IOException {
    return COMMENTED_KEY.matcher(Files.readString(SHIPPED)).replaceAll("");
  }

  private static Set<String> keysOf(String toml) {
    return org.tomlj.Toml.parse(toml).dottedKeySet();
  }

  private static Set<String> knownKeys() {
    Document document = Document.empty(new Problems("none"));
    new ConfigReader(document, ROOT).read();
    return document.askedKeys();
  }
}
