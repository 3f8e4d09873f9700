package io.vmfactory.factory.request;

/** How a request was served, or may be served. The same words as on the wire. */
public enum Route {
  WARM,
  SHELL,
  TEMPLATE,
  COLD,
  /** A clone of a leased VM: its own verb, which no request for a VM can name. */
  FORK,
  /** A suspended VM that runs again: its own verb too. */
  RESUMED
}
