package io.vmfactory.configs.records;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * The JSON of records that this program stores. A file is one whole document or it is refused: no
 * bytes follow it, no key is there twice, no key is unknown, and each value has its own type.
 * Nothing is guessed of a file that was damaged or written by something else.
 */
public final class StoredJson {
  private StoredJson() {}

  /** Returns a mapper for records of which some components may be absent. */
  public static JsonMapper mapper() {
    return builder().build();
  }

  /** Returns the beginnings of a mapper, for more rules. */
  public static JsonMapper.Builder builder() {
    return JsonMapper.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
  }
}
