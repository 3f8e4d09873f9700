/** Time as every room sees it: deadlines for waits, laps for measurements, one wall clock. */
@NullMarked
package io.vmfactory.configs.time;

import org.jspecify.annotations.NullMarked;
