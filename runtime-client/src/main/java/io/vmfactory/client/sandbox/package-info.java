/**
 * Sandboxes and their containers: runs OCI containers in VMs. Start with {@link
 * io.vmfactory.client.sandbox.SandboxRuntime}; {@code docs/embedding.md} has an example.
 *
 * <p>All types are thread-safe. Calls block until they are done or their {@code Deadline} has
 * passed; do not make them on an event loop. They throw
 *
 * <ul>
 *   <li>{@link io.vmfactory.client.sandbox.SandboxException}, whose reason is the kind of failure;
 *   <li>{@link io.vmfactory.client.FactoryException} if the daemon refuses or is not running;
 *   <li>{@code DeadlineExceededException} if the deadline has passed, {@code CancelledException} if
 *       the thread is interrupted.
 * </ul>
 */
@NullMarked
package io.vmfactory.client.sandbox;

import org.jspecify.annotations.NullMarked;
