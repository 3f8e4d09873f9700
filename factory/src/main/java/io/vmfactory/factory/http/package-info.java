/** The UNIX socket, who may use it, and the plain HTTP side: JSON and metrics. */
@NullMarked
package io.vmfactory.factory.http;

import org.jspecify.annotations.NullMarked;
