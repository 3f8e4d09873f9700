/** Typed configuration of every component, read from TOML. */
@NullMarked
package io.vmfactory.configs;

import org.jspecify.annotations.NullMarked;
