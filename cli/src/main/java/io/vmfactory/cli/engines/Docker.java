package io.vmfactory.cli.engines;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;

/**
 * Docker's daemon.json. Other settings in it stay.
 *
 * @param program {@code vmfactory-oci}
 */
record Docker(Path program) implements EngineConfig {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final String RUNTIMES = "runtimes";
  private static final String NAME = "vmfactory";

  @Override
  public String engine() {
    return "docker";
  }

  @Override
  public Path file() {
    return Path.of("/etc/docker/daemon.json");
  }

  @Override
  public String snippet() {
    return with("");
  }

  @Override
  public String with(String text) {
    ObjectNode all = parsed(text);
    ObjectNode wanted = JSON.createObjectNode().put("path", program.toString());
    if (wanted.equals(all.path(RUNTIMES).path(NAME))) {
      return text;
    }
    all.withObjectProperty(RUNTIMES).set(NAME, wanted);
    return written(all);
  }

  @Override
  public String without(String text) {
    ObjectNode all = parsed(text);
    if (!all.path(RUNTIMES).has(NAME)) {
      return text;
    }
    ObjectNode runtimes = all.withObjectProperty(RUNTIMES);
    runtimes.remove(NAME);
    if (runtimes.isEmpty()) {
      all.remove(RUNTIMES);
    }
    return all.isEmpty() ? "" : written(all);
  }

  private static ObjectNode parsed(String text) {
    try {
      if (text.isBlank()) {
        return JSON.createObjectNode();
      }
      if (JSON.readTree(text) instanceof ObjectNode all
          && (!all.has(RUNTIMES) || all.get(RUNTIMES).isObject())) {
        return all;
      }
      throw new UnusableConfigException("it is not an object with an object \"runtimes\"");
    } catch (JacksonException e) {
      throw new UnusableConfigException("it is not JSON: " + e.getOriginalMessage());
    }
  }

  /** Writes with four spaces and a colon without a space before it, as Docker's pages do. */
  private static String written(ObjectNode all) {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
    printer.indentObjectsWith(new DefaultIndenter("    ", "\n"));
    try {
      return JSON.writer(printer).writeValueAsString(all) + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  @Override
  public List<String> programs() {
    return List.of("dockerd");
  }

  @Override
  public String afterwards() {
    return "systemctl restart docker";
  }
}
