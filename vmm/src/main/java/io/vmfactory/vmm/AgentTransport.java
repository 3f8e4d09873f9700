package io.vmfactory.vmm;

/** How the agent inside a guest is reached from the host. */
public enum AgentTransport {
  /** A virtio-serial port behind a UNIX socket: works on every host. */
  VIRTIO_SERIAL,
  /** AF_VSOCK through vhost: needs /dev/vhost-vsock. */
  VSOCK
}
