package io.vmfactory.template;

import io.vmfactory.linux.Sha256;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The canonical form of a record as bytes, so that its digest means the same everywhere: a header,
 * then one line {@code name=length:value} per component, depth first in the order of declaration.
 * It visits every component, so a component added later cannot be forgotten.
 */
final class Canonical {
  private static final ClassValue<RecordComponent[]> COMPONENTS =
      new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
          return type.getRecordComponents();
        }
      };

  private final StringBuilder out = new StringBuilder();

  private Canonical() {}

  /** Returns the canonical form under {@code header}, which names the value's kind and version. */
  static String text(String header, Record value) {
    Canonical canonical = new Canonical();
    canonical.line("", header);
    canonical.append("", value);
    return canonical.out.toString();
  }

  /** Returns the SHA-256 of the canonical form. */
  static String sha256(String header, Record value) {
    return Sha256.hex(text(header, value).getBytes(StandardCharsets.UTF_8));
  }

  private void append(String name, Object value) {
    if (value instanceof Record nested) {
      for (RecordComponent component : COMPONENTS.get(nested.getClass())) {
        append(name + "." + component.getName(), read(component, nested));
      }
    } else if (value instanceof List<?> list) {
      line(name, "#" + list.size());
      list.forEach(element -> append(name + "[]", element));
    } else {
      line(name, text(value));
    }
  }

  private void line(String name, String text) {
    out.append(name).append('=').append(text.length()).append(':').append(text).append('\n');
  }

  private static String text(Object value) {
    if (value instanceof Enum<?> constant) {
      return constant.name();
    }
    if (value instanceof String
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Boolean
        || value instanceof Path
        || value instanceof Instant) {
      return value.toString();
    }
    throw new IllegalArgumentException("no canonical form for " + value.getClass());
  }

  private static Object read(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }
}
