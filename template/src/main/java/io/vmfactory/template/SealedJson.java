package io.vmfactory.template;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * Encodes a record of plain values as JSON: {@code {"format": 1, "secret": …, "seal": …, NAME:
 * {…}}}. The seal is an HMAC over the record's canonical form.
 *
 * @param secret seals the records of this host
 * @param header names the kind of the record in its canonical form
 * @param name name of the record in the JSON
 * @param type class of the record
 */
record SealedJson<T extends Record>(StoreSecret secret, String header, String name, Class<T> type) {
  private static final int FORMAT = 1;

  /** Format, secret, seal, record. */
  private static final int PARTS = 4;

  private static final JsonMapper JSON = RecordJson.builder().build();

  /** Returns the bytes of the file. */
  byte[] encode(T content) throws IOException {
    ObjectNode tree =
        JSON.createObjectNode()
            .put("format", FORMAT)
            .put("secret", secret.id())
            .put("seal", secret.seal(Canonical.text(header, content)));
    tree.set(name, JSON.valueToTree(content));
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree);
  }

  /**
   * Returns the record in {@code json}.
   *
   * @throws IOException if this program cannot read it, it was altered, or another host has sealed
   *     it
   */
  T decode(byte[] json) throws IOException {
    try {
      JsonNode tree = JSON.readTree(json);
      if (tree.path("format").intValue() != FORMAT) {
        throw new IOException(
            "format version %s, this program reads %d"
                .formatted(tree.path("format").asText("unknown"), FORMAT));
      }
      if (!tree.path("secret").asText().equals(secret.id())) {
        throw new IOException("sealed by another host");
      }
      if (!tree.path(name).isObject() || tree.size() != PARTS) {
        throw new IOException("altered: it has no " + name + ", or more than that");
      }
      T content = JSON.treeToValue(tree.path(name), type);
      if (!secret.isSealOf(tree.path("seal").asText(), Canonical.text(header, content))) {
        throw new IOException("altered: it does not match its seal");
      }
      return content;
    } catch (JacksonException e) {
      throw new IOException(e.getOriginalMessage(), e);
    }
  }
}
