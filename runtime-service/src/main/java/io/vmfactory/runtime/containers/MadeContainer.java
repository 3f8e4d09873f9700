package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Container;
import java.util.Map;

/**
 * A container that is new in its VM.
 *
 * @param how annotations for the journal that say how it was made
 */
record MadeContainer(Container container, Map<String, String> how) {}
