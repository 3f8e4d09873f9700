/** Directories, OCI image layouts and OCI bundles as images of root file systems, made once. */
@NullMarked
package io.vmfactory.client.image;

import org.jspecify.annotations.NullMarked;
