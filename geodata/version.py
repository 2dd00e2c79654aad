"""The product's version: one place, compared with the changelog by a test."""

VERSION = "0.1.0"
