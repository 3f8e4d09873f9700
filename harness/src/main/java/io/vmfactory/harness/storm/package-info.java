/**
 * The storm: clients of every kind on a real daemon with real VMs, while VMs and the daemon are
 * killed at random. All that is done is written into a history, which a checker judges.
 */
@NullMarked
package io.vmfactory.harness.storm;

import org.jspecify.annotations.NullMarked;
