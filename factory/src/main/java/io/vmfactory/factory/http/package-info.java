/** The UNIX socket, the check of its peers, and plain HTTP: JSON and metrics. */
@NullMarked
package io.vmfactory.factory.http;

import org.jspecify.annotations.NullMarked;
