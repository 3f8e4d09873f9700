package io.vmfactory.template;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;

/**
 * Encodes the names of templates as JSON: {@code {"format": 1, "secret": …, "seal": …, "names":
 * {…}}}.
 *
 * @param secret seals the names of this host
 */
record NamesCodec(StoreSecret secret) {
  private static final int FORMAT = 1;
  private static final String HEADER = "vmfactory template names";

  private static final JsonMapper JSON = RecordJson.builder().build();

  private record Names(List<TemplateVersions> all) {}

  private record Envelope(int format, String secret, String seal, Names names) {}

  /** Returns the bytes of the file. */
  byte[] encode(List<TemplateVersions> all) throws IOException {
    Names names = new Names(all);
    String seal = secret.seal(Canonical.text(HEADER, names));
    return JSON.writerWithDefaultPrettyPrinter()
        .writeValueAsBytes(new Envelope(FORMAT, secret.id(), seal, names));
  }

  /**
   * Returns the names in {@code json}.
   *
   * @throws IOException if this program cannot read it, it was altered, or another host has sealed
   *     it
   */
  List<TemplateVersions> decode(byte[] json) throws IOException {
    try {
      Envelope envelope = JSON.readValue(json, Envelope.class);
      if (envelope.format() != FORMAT) {
        throw new IOException(
            "format version %d, this program reads %d".formatted(envelope.format(), FORMAT));
      }
      if (!envelope.secret().equals(secret.id())) {
        throw new IOException("sealed by another host");
      }
      if (!secret.isSealOf(envelope.seal(), Canonical.text(HEADER, envelope.names()))) {
        throw new IOException("altered: it does not match its seal");
      }
      return envelope.names().all();
    } catch (JacksonException e) {
      throw new IOException(e.getOriginalMessage(), e);
    }
  }
}
