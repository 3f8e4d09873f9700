/**
 * ttRPC over a socket, the client's half: frames, streams, requests and replies. Knows neither an
 * agent nor a VM.
 */
@NullMarked
package io.vmfactory.ttrpc;

import org.jspecify.annotations.NullMarked;
