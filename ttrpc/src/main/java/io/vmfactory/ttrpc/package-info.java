/**
 * The client's half of ttRPC over a socket: frames, streams, requests and replies. Knows neither
 * agents nor VMs.
 */
@NullMarked
package io.vmfactory.ttrpc;

import org.jspecify.annotations.NullMarked;
