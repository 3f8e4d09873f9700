package io.vmfactory.bench.engines;

import java.nio.file.Path;

/**
 * The sockets of two runtime services for engines.
 *
 * @param leased of the service that takes VMs from the daemon
 * @param direct of the service that boots each VM itself
 */
record EngineSockets(Path leased, Path direct) {}
