/**
 * The storm: clients of every kind use a real daemon with real VMs, while VMs and the daemon are
 * killed at random. Everything is recorded in a history, and a checker judges the history.
 */
@NullMarked
package io.vmfactory.harness.storm;

import org.jspecify.annotations.NullMarked;
