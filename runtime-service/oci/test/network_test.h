#ifndef VMFACTORY_NETWORK_TEST_H
#define VMFACTORY_NETWORK_TEST_H

void network_tests(void);

#endif
