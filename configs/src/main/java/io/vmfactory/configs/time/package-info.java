/**
 * Time as every room uses it: deadlines for waits, stopwatches for measurements, one wall clock.
 */
@NullMarked
package io.vmfactory.configs.time;

import org.jspecify.annotations.NullMarked;
