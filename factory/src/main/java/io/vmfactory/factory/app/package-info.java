/** What the daemon does, one class per verb. Knows neither gRPC nor Vert.x. */
@NullMarked
package io.vmfactory.factory.app;

import org.jspecify.annotations.NullMarked;
