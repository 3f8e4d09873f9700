package io.vmfactory.template;

import java.nio.file.Path;

/**
 * Where templates are on disk.
 *
 * @param folder the store; made with mode 0700 if it does not exist
 * @param secret the file with the secret that seals the store's manifests; made if it does not
 *     exist, its folder must exist
 */
public record StorePlace(Path folder, Path secret) {}
