/**
 * The daemon's verbs, as interfaces by noun and their implementations. They run on a worker thread
 * and may block; interrupting that thread cancels them, and what they had begun is undone. They
 * throw {@link io.vmfactory.factory.request.RequestException} and the exceptions of the rooms
 * below.
 */
@NullMarked
package io.vmfactory.factory.app;

import org.jspecify.annotations.NullMarked;
