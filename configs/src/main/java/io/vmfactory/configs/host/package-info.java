/**
 * What the host passes to a process: words, environment variables, file names and streams, byte for
 * byte. The JVM would decode them by the locale and lose bytes.
 */
@NullMarked
package io.vmfactory.configs.host;

import org.jspecify.annotations.NullMarked;
