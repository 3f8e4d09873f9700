/**
 * Creates and caches images of root file systems from directories, OCI image layouts and OCI
 * bundles.
 */
@NullMarked
package io.vmfactory.images;

import org.jspecify.annotations.NullMarked;
