package io.vmfactory.template;

import java.nio.file.Path;

/**
 * Where templates are on disk.
 *
 * @param folder the store; made with mode 0700 if it does not exist
 * @param secret the file with the secret that seals the store's manifests; made if it does not
 *     exist, its folder must exist
 * @param overlays folder for the copy-on-write files of clones that have drives; exists when the
 *     first such clone is made
 */
public record StorePlace(Path folder, Path secret, Path overlays) {}
