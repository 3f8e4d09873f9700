package io.vmfactory.bench.report;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;

/**
 * Reads and writes reports as JSON, described in docs/bench-report.md and
 * docs/bench-report.schema.json.
 */
public final class ReportFile {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .build();

  private ReportFile() {}

  /** Writes a report; an existing file is replaced as a whole, once the new one is complete. */
  public static void write(Report report, Path file) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.write(fresh, JSON.writeValueAsBytes(report));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /**
   * Reads a report.
   *
   * @throws IOException if there is none, or it has another format; says which file and why
   */
  public static Report read(Path file) throws IOException {
    JsonNode tree = tree(file);
    String schema = tree.path("schema").asText("");
    if (!schema.equals(Report.SCHEMA)) {
      throw new IOException(
          schema.isEmpty()
              ? file + " is not a report of the bench: it has no \"schema\""
              : "%s is of format %s, this bench reads %s: read it with the bench that wrote it"
                  .formatted(file, schema, Report.SCHEMA));
    }
    try {
      return JSON.readerFor(Report.class).readValue(tree);
    } catch (JsonMappingException e) {
      throw new IOException(
          "%s is not as %s wants it, at %s: %s"
              .formatted(file, Report.SCHEMA, where(e), e.getOriginalMessage()),
          e);
    }
  }

  private static String where(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
        .collect(Collectors.joining("/"));
  }

  private static JsonNode tree(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("no such file: " + file, e);
    } catch (IOException e) {
      throw new IOException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
    try {
      return JSON.readTree(bytes);
    } catch (JacksonException e) {
      throw new IOException("%s is not JSON: %s".formatted(file, e.getMessage()), e);
    }
  }
}
