package io.vmfactory.template;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
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
 * Encodes manifests as JSON: {@code {"format": 1, "secret": …, "seal": …, "manifest": {…}}}. The
 * seal is an HMAC over the manifest's canonical form, so layout and order do not matter and every
 * value does. The manifest contains the digests of memory and device state.
 *
 * @param secret seals the manifests of this host
 */
record ManifestCodec(StoreSecret secret) {
  private static final String HEADER = "vmfactory template manifest";
  private static final String SEAL = "seal";

  private static final JsonMapper JSON = RecordJson.builder().addModule(textForms()).build();

  private record Envelope(int format, String secret, String seal, Manifest manifest) {}

  /** Returns the bytes of the manifest file. */
  byte[] encode(Manifest manifest) throws IOException {
    String seal = secret.seal(Canonical.text(HEADER, manifest));
    Envelope envelope = new Envelope(Fingerprint.FORMAT, secret.id(), seal, manifest);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(envelope);
  }

  /**
   * Returns the manifest in {@code json}.
   *
   * @throws TemplateException with reason {@code REFUSED} if this program cannot read it, it was
   *     altered, or another host has sealed it
   */
  Manifest decode(byte[] json) {
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
      if (!tree.path(SEAL).isTextual()) {
        throw refused("not sealed, an earlier version made it; build the template again", null);
      }
      return checked(JSON.treeToValue(tree, Envelope.class));
    } catch (JacksonException e) {
      throw refused("manifest unreadable: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw refused("manifest unreadable: " + e.getMessage(), e);
    }
  }

  private Manifest checked(Envelope envelope) {
    Manifest manifest = envelope.manifest();
    if (!envelope.secret().equals(secret.id())) {
      throw refused("sealed by another host; build the template again on this one", null);
    }
    if (!secret.isSealOf(envelope.seal(), Canonical.text(HEADER, manifest))) {
      throw refused("manifest altered: it does not match its seal", null);
    }
    if (!manifest.expectedKey().equals(manifest.key())) {
      String what = manifest.snapshot().isEmpty() ? "fingerprint" : "content";
      throw refused("manifest altered: its key is not the digest of its " + what, null);
    }
    return manifest;
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
