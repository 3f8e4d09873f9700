package io.vmfactory.factory.request;

/** How a request was, or may be, served. Same words as on the wire. */
public enum Route {
  WARM,
  SHELL,
  TEMPLATE,
  COLD
}
