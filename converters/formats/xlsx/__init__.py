"""Excel workbooks (.xlsx): a sheet for each dataset; what all readers of workbooks share."""
