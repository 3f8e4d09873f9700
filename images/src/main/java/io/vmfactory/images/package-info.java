/** Directories, OCI image layouts and OCI bundles as images of root file systems, made once. */
@NullMarked
package io.vmfactory.images;

import org.jspecify.annotations.NullMarked;
