package io.vmfactory.images;

import java.util.List;

/**
 * An image in a layout.
 *
 * @param digest of the manifest
 * @param layers the lowest first
 * @param diffIds digests of the layers' archives, uncompressed
 * @param defaults what it says about its process, the user aside
 * @param user who it runs as: {@code name}, {@code uid}, {@code name:group}, ...; empty = root
 */
record OciManifest(
    String digest,
    List<Descriptor> layers,
    List<String> diffIds,
    ProcessDefaults defaults,
    String user) {}
