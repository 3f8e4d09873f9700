/**
 * How a request gets its VM: the routes WARM, SHELL, TEMPLATE and COLD, and the walk along them.
 */
@NullMarked
package io.vmfactory.factory.routes;

import org.jspecify.annotations.NullMarked;
