package io.vmfactory.template;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Encodes manifests as JSON: {@code {"format": 1, "sha256": …, "manifest": {…}}}. The digest is
 * over the manifest's canonical form, so layout and order do not matter and every value does.
 */
final class ManifestCodec {
  private static final String DIGEST_HEADER = "vmfactory template manifest";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .visibility(PropertyAccessor.GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addModule(textForms())
          .build();

  private ManifestCodec() {}

  private record Envelope(int format, String sha256, Manifest manifest) {}

  /** Returns the bytes of the manifest file. */
  static byte[] encode(Manifest manifest) throws IOException {
    Envelope envelope = new Envelope(Fingerprint.FORMAT, digest(manifest), manifest);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(envelope);
  }

  /**
   * Returns the manifest in {@code json}.
   *
   * @throws TemplateException with reason {@code REFUSED} if this program cannot read it or it was
   *     altered
   */
  static Manifest decode(byte[] json) {
    try {
      JsonNode tree = JSON.readTree(json);
      int format = tree.path("format").asInt();
      if (!tree.path("format").isInt()) {
        throw refused("manifest unreadable: it names no format version", null);
      }
      if (format != Fingerprint.FORMAT) {
        throw refused(
            "format version %d, this program reads %d; build the template again"
                .formatted(format, Fingerprint.FORMAT),
            null);
      }
      return checked(JSON.treeToValue(tree, Envelope.class));
    } catch (JacksonException e) {
      throw refused("manifest unreadable: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw refused("manifest unreadable: " + e.getMessage(), e);
    }
  }

  private static Manifest checked(Envelope envelope) {
    Manifest manifest = envelope.manifest();
    if (!digest(manifest).equals(envelope.sha256())) {
      throw refused("manifest altered: it does not match its own digest", null);
    }
    if (!manifest.fingerprint().key().hex().equals(manifest.key())) {
      throw refused("manifest altered: its key is not the digest of its fingerprint", null);
    }
    return manifest;
  }

  private static String digest(Manifest manifest) {
    return Canonical.sha256(DIGEST_HEADER, manifest);
  }

  private static TemplateException refused(String why, @Nullable Throwable cause) {
    return new TemplateException(TemplateException.Reason.REFUSED, why, cause);
  }

  private static SimpleModule textForms() {
    return new SimpleModule()
        .addSerializer(Instant.class, ToStringSerializer.instance)
        .addDeserializer(Instant.class, new InstantFromText())
        .addSerializer(Path.class, ToStringSerializer.instance)
        .addDeserializer(Path.class, new PathFromText());
  }

  private static final class InstantFromText extends StdDeserializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantFromText() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      try {
        return Instant.parse(in.getText());
      } catch (DateTimeException e) {
        throw context.weirdStringException(in.getText(), Instant.class, e.getMessage());
      }
    }
  }

  private static final class PathFromText extends StdDeserializer<Path> {
    private static final long serialVersionUID = 1L;

    PathFromText() {
      super(Path.class);
    }

    @Override
    public Path deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return Path.of(in.getText());
    }
  }
}
