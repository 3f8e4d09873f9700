package io.vmfactory.images;

import java.util.List;

/**
 * The manifest of an image in a layout.
 *
 * @param digest the digest of the manifest
 * @param layers the layers, the lowest first
 * @param diffIds the digests of the uncompressed layer archives
 * @param defaults the default process, without its user
 * @param user the user: {@code name}, {@code uid}, {@code name:group} and so on; empty for root
 */
record OciManifest(
    String digest,
    List<Descriptor> layers,
    List<String> diffIds,
    ProcessDefaults defaults,
    String user) {}
