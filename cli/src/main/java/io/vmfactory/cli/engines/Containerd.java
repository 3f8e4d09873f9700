package io.vmfactory.cli.engines;

import java.nio.file.Path;
import java.util.List;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/**
 * Containerd's runtimes for Kubernetes. A file that containerd imports would replace all settings
 * of the CRI plugin, so this is a table at the end of the main file. {@code ctr} needs no
 * configuration.
 */
record Containerd() implements EngineConfig {
  private static final String CRI = "io.containerd.grpc.v1.cri";
  private static final List<String> OWN =
      List.of("plugins", CRI, "containerd", "runtimes", "vmfactory");
  private static final List<String> RUNC =
      List.of("plugins", CRI, "containerd", "runtimes", "runc");
  private static final List<String> DEFAULT =
      List.of("plugins", CRI, "containerd", "default_runtime_name");

  private static final String TABLE =
      """
      # vmfactory: begin
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.vmfactory]
        runtime_type = "io.containerd.vmfactory.v2"
        pod_annotations = ["io.vmfactory.*"]
      # vmfactory: end
      """;

  /** A table of runtimes replaces the built-in one, and without the default the plugin fails. */
  private static final String TABLE_AND_RUNC =
      TABLE.replace(
          "# vmfactory: end\n",
          """
          [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
            runtime_type = "io.containerd.runc.v2"
          # vmfactory: end
          """);

  private static final String VERSION = "version = 2\n";

  @Override
  public String engine() {
    return "containerd";
  }

  @Override
  public Path file() {
    return Path.of("/etc/containerd/config.toml");
  }

  @Override
  public String snippet() {
    return TABLE;
  }

  @Override
  public String with(String text) {
    if (text.isBlank()) {
      return VERSION + "\n" + TABLE_AND_RUNC;
    }
    TomlParseResult now = Toml.parse(text);
    if (now.hasErrors()) {
      TomlParseError first = now.errors().get(0);
      throw new UnusableConfigException(
          "line %d: %s".formatted(first.position().line(), first.getMessage()));
    }
    if (now.contains(OWN)) {
      return text;
    }
    Object version = now.get("version");
    if (!Long.valueOf(2).equals(version)) {
      throw new UnusableConfigException(
          "it has version %s, and this table needs version = 2 (containerd config migrate)"
              .formatted(version == null ? "1" : version));
    }
    boolean hasDefault = now.contains(RUNC) || now.contains(DEFAULT);
    return (text.endsWith("\n") ? text : text + "\n")
        + "\n"
        + (hasDefault ? TABLE : TABLE_AND_RUNC);
  }

  @Override
  public String without(String text) {
    String rest = text.replace("\n" + TABLE, "").replace("\n" + TABLE_AND_RUNC, "");
    return rest.equals(VERSION) ? "" : rest;
  }

  @Override
  public List<String> programs() {
    return List.of("containerd");
  }

  @Override
  public String afterwards() {
    return "systemctl restart containerd";
  }
}
