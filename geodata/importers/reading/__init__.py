"""Reading a copy of a person's file, one module a format. Runs in the child process, on a file under a name of ours.

Each module brings only what its format needs: a small spreadsheet is read without GDAL, numpy or shapely.
"""
