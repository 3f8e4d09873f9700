package io.vmfactory.template;

import java.io.IOException;
import java.util.List;

/** Encodes the names of templates as sealed JSON. */
final class NamesCodec {
  private final SealedJson<Names> sealed;

  /**
   * Makes a codec.
   *
   * @param secret seals the names of this host
   */
  NamesCodec(StoreSecret secret) {
    this.sealed = new SealedJson<>(secret, "vmfactory template names", "names", Names.class);
  }

  private record Names(List<TemplateVersions> all) {}

  /** Returns the bytes of the file. */
  byte[] encode(List<TemplateVersions> all) throws IOException {
    return sealed.encode(new Names(all));
  }

  /** Returns the names in {@code json}; throws as {@link SealedJson#decode}. */
  List<TemplateVersions> decode(byte[] json) throws IOException {
    return sealed.decode(json).all();
  }
}
