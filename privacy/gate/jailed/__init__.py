"""Programs without a network: their jail as data, how it is built and proved, how they are kept alive."""
