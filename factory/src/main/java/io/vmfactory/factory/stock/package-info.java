/**
 * The VMs that are kept ready ahead of demand: per template a pool of shells and a pool of warm VMs
 * that is filled from it. A shell ({@code INCOMING}) is a process with the template's memory mapped
 * and nothing loaded. A warm VM ({@code PAUSED}) is a clone that answered, was made unique and was
 * stopped.
 *
 * <p>What a VM is, its record says: SHELL or WARM. Nothing is written between the two, nor when one
 * is claimed, probed or resumed: the VMM's own run state tells a daemon that comes later whether
 * the record is still the whole truth.
 */
@NullMarked
package io.vmfactory.factory.stock;

import org.jspecify.annotations.NullMarked;
