package io.vmfactory.factory.request;

/** How a request was served, or may be served. The same words as on the wire. */
public enum Route {
  WARM,
  SHELL,
  TEMPLATE,
  COLD
}
