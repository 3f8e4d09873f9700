package io.vmfactory.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value in the daemon's requests and replies. A missing field reads as the zero of its type,
 * because proto3 JSON omits zeros. Uses only Jackson's token stream: its object mapper would take
 * longer than the rest of a short command.
 */
final class JsonValue {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final JsonValue NOTHING = new JsonValue(null);

  /** A String, Number, Boolean, {@code List<JsonValue>}, {@code Map<String, JsonValue>} or null. */
  private final @Nullable Object value;

  private JsonValue(@Nullable Object value) {
    this.value = value;
  }

  /** Returns an empty object. */
  static JsonValue object() {
    return new JsonValue(new LinkedHashMap<String, JsonValue>());
  }

  /** Returns an array of strings. */
  static JsonValue texts(List<String> texts) {
    return array(texts.stream().map(JsonValue::new).toList());
  }

  /** Returns an array. */
  static JsonValue array(List<JsonValue> elements) {
    return new JsonValue(List.copyOf(elements));
  }

  /**
   * Parses {@code text}.
   *
   * @throws IOException if it is not exactly one JSON value
   */
  static JsonValue parse(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      JsonValue value = read(parser);
      if (parser.nextToken() != null) {
        throw new IOException("more than one JSON value");
      }
      return value;
    }
  }

  /**
   * Sets a field of this object to a string, number, boolean or {@code JsonValue}. Null omits the
   * field.
   */
  JsonValue with(String name, @Nullable Object field) {
    if (field != null) {
      fields().put(name, field instanceof JsonValue json ? json : new JsonValue(field));
    }
    return this;
  }

  JsonValue get(String name) {
    return fields().getOrDefault(name, NOTHING);
  }

  String text(String name) {
    Object field = get(name).value;
    return field == null ? "" : field.toString();
  }

  long number(String name) {
    Object field = get(name).value;
    return field instanceof Number number ? number.longValue() : 0;
  }

  /** Returns a number field with its decimals; empty if the field is missing. */
  OptionalDouble decimal(String name) {
    return get(name).value instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  boolean flag(String name) {
    return Boolean.TRUE.equals(get(name).value);
  }

  /** Returns the elements of an array field. */
  @SuppressWarnings("unchecked")
  List<JsonValue> list(String name) {
    return get(name).value instanceof List<?> list ? (List<JsonValue>) list : List.of();
  }

  /** Returns the elements of an array field of strings. */
  List<String> texts(String name) {
    return list(name).stream().map(element -> String.valueOf(element.value)).toList();
  }

  /** Returns the fields of this object, in order. */
  @SuppressWarnings("unchecked")
  Map<String, JsonValue> fields() {
    return value instanceof Map<?, ?> map ? (Map<String, JsonValue>) map : Map.of();
  }

  /** Returns the JSON text, indented, one field per line. */
  String pretty() {
    return write(true);
  }

  /** Returns the JSON text without white space. */
  @Override
  public String toString() {
    return write(false);
  }

  private String write(boolean pretty) {
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      if (pretty) {
        generator.setPrettyPrinter(new DefaultPrettyPrinter());
      }
      write(generator);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return out.toString();
  }

  private void write(JsonGenerator out) throws IOException {
    if (value instanceof Map<?, ?>) {
      out.writeStartObject();
      for (Map.Entry<String, JsonValue> field : fields().entrySet()) {
        out.writeFieldName(field.getKey());
        field.getValue().write(out);
      }
      out.writeEndObject();
    } else if (value instanceof List<?> list) {
      out.writeStartArray();
      for (Object element : list) {
        ((JsonValue) element).write(out);
      }
      out.writeEndArray();
    } else {
      out.writePOJO(value);
    }
  }

  private static JsonValue read(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new IOException("not a JSON value");
    }
    return switch (token) {
      case START_OBJECT -> new JsonValue(readFields(parser));
      case START_ARRAY -> new JsonValue(readElements(parser));
      case VALUE_TRUE -> new JsonValue(true);
      case VALUE_FALSE -> new JsonValue(false);
      case VALUE_NULL -> NOTHING;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonValue(parser.getNumberValue());
      default -> new JsonValue(parser.getText());
    };
  }

  private static Map<String, JsonValue> readFields(JsonParser parser) throws IOException {
    Map<String, JsonValue> fields = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      fields.put(name, read(parser));
    }
    return fields;
  }

  private static List<JsonValue> readElements(JsonParser parser) throws IOException {
    List<JsonValue> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(read(parser));
    }
    return elements;
  }
}
