/**
 * Sandboxes and their containers: how a runtime instance runs OCI containers in a VM. Begin with
 * {@link io.vmfactory.client.sandbox.SandboxRuntime}; {@code docs/embedding.md} has an example.
 *
 * <p>Calls block, take a {@code Deadline} and may be made from any number of threads, though not
 * from an event loop. They throw
 *
 * <ul>
 *   <li>{@link io.vmfactory.client.sandbox.SandboxException}, which says by its reason what kind of
 *       failure it is;
 *   <li>{@link io.vmfactory.client.FactoryException} when the factory refuses or is not there;
 *   <li>{@code DeadlineExceededException} when the time is over, {@code CancelledException} when
 *       the thread is interrupted.
 * </ul>
 */
@NullMarked
package io.vmfactory.client.sandbox;

import org.jspecify.annotations.NullMarked;
